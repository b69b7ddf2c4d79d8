"""Files and tables read with each place known, checked for personal data, written whole or not at all."""
