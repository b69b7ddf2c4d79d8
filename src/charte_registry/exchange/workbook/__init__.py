"""The workbook that an office edits: every record in sheets with lists to choose from, and back."""
