package bus_test

func serveAsChild() bool { return false }
