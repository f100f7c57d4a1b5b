"""Landing: inbox to archive, and from there typed, pseudonymised Parquet in the lake.

The only stage that sees a personal identity in clear.
"""
