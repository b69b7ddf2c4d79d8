"""The file format: classes, reader, schema and checks, and the rules, words and laws that ship."""
