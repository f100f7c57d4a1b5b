"""What a check-up looks at. It only reads: nothing is written, made, brought up to date or waited for."""
