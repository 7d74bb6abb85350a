"""What is measured, against what: see docs/performance.md. Run it with bin/bench."""
