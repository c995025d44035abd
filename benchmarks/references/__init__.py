"""What P4 is compared with: two backends as tutorials write them. They have a virtual environment of their own."""
