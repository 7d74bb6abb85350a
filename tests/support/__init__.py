"""What the tests stand on: databases, servers, a phone."""
