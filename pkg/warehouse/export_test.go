package warehouse

// ExceptionNames gives the names of the codes in the table.
func ExceptionNames() map[int32]string {
	names := make(map[int32]string, len(exceptions))
	for code, e := range exceptions {
		names[code] = e.name
	}
	return names
}

// CauseOfCode gives the cause of a code, Unlisted when it is not in the table.
func CauseOfCode(code int32) Cause {
	if e, ok := exceptions[code]; ok {
		return e.cause
	}
	return Unlisted
}

// URL is where the warehouse's ClickHouse is, with the database.
func (w *Warehouse) URL() string { return "http://" + w.options.Addr[0] + "/" + w.database }
