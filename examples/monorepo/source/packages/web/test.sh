echo "web: tests pass"
