echo "api: built"
