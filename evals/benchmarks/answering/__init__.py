"""What answers are worth, on known sets. Reading order: `sets`, then a program for each question asked of them."""
