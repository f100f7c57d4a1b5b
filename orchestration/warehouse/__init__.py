"""The warehouse: what dbt builds from, and dbt itself."""
