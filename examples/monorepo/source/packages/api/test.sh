echo "api: tests pass"
