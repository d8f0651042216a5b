"""What is known about the providers as data, and the programs that build documents from it."""
