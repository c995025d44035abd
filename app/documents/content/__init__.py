"""What an act says and how it is stored: values that printing, passports, rewards and signing work with."""
