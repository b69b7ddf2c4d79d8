"""Words, numbers and dates in the reader's language, and names near a mistyped one."""
