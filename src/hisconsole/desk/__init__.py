"""What an operator can do: every act, every question, with no screen in sight."""
