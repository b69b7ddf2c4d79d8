"""What people read of a forecast: explanations, the sheet of the model, pictures, tables."""
