"""The references of P4: two backends as tutorials write them. They have their own virtual environment."""
