"""What modules tell each other: past-tense facts as plain data. Fields are only added."""
