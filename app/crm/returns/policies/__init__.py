"""Who came back and who did not: values in, values out."""
