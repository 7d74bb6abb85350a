"""What we owe vendors for their own stock that was installed."""
