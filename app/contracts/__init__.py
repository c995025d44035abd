"""Events: facts that modules tell each other, as plain data in the past tense. Fields are only added."""
