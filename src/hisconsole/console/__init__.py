"""What an operator sees and presses; Textual is imported here and nowhere else."""
