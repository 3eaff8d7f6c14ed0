"""What differs, and whether that is more than noise: between two columns of a run, and between two runs."""
