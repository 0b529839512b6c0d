echo "web: built"
