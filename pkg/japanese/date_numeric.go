package japanese

// dotted reads the .6.8 or /4 that follows an era year ending at j.
func (sc *scanner) dotted(i, y, j int, e *era) int {
	s := sc.s
	if j >= len(s) || s[j] != '.' && s[j] != '/' && s[j] != '-' {
		return 0
	}
	sep := s[j]
	m, k := smallNumber(s, skipSpaces(s, j+1))
	if k == 0 || m < 1 || m > 12 {
		return 0
	}
	d, end := 0, k
	if k < len(s) && s[k] == sep {
		if v, after := smallNumber(s, skipSpaces(s, k+1)); after > 0 {
			d, end = v, after
		}
	}
	if end < len(s) && (isDigit(rune(s[end])) || isLatin(rune(s[end]))) {
		return 0
	}
	return sc.date(i, end, Date{Year: y, Month: m, Day: d}, e)
}

// smallNumber reads one or two ASCII digits; end is 0 when there are none.
func smallNumber(s string, i int) (n, end int) {
	j := i
	for j < len(s) && j < i+2 && isDigit(rune(s[j])) {
		n = n*10 + int(s[j]-'0')
		j++
	}
	if j == i {
		return 0, 0
	}
	return n, j
}

// numericDate reads 2023/06/08, 2023.5.8, 2023-06-08, 2023/6, 6/8(木) at i.
func (sc *scanner) numericDate(i int) int {
	s := sc.s
	if b := runeBefore(s, i); b == '-' || b == '.' || b == '/' || b == ':' || isLatin(b) {
		return 0
	}
	j := i
	for j < len(s) && isDigit(rune(s[j])) && j-i < 5 {
		j++
	}
	if j >= len(s) {
		return 0
	}
	sep := s[j]
	if sep != '/' && sep != '.' && sep != '-' {
		return 0
	}
	if j-i == 4 {
		y := int(s[i]-'0')*1000 + int(s[i+1]-'0')*100 + int(s[i+2]-'0')*10 + int(s[i+3]-'0')
		if y < firstYear || y > lastYear {
			return 0
		}
		m, k := smallNumber(s, spaceAfterDot(s, j))
		if k == 0 {
			return 0
		}
		if k < len(s) && s[k] == sep {
			d, end := smallNumber(s, spaceAfterDot(s, k))
			if end > 0 && !(end < len(s) && (isDigit(rune(s[end])) || (s[end] == sep || s[end] == '-') && end+1 < len(s) && isDigit(rune(s[end+1])))) {
				if sep == '.' && (m < 1 || m > 12) {
					return 0
				}
				end = sc.date(i, end, Date{Year: y, Month: m, Day: d}, nil)
				if end+1 < len(s) && s[end] == 'T' && isDigit(rune(s[end+1])) {
					end++
				}
				return end
			}
		}
		if sep == '/' && m >= 1 && m <= 12 && !(k < len(s) && (isDigit(rune(s[k])) || s[k] == '/')) {
			return sc.date(i, k, Date{Year: y, Month: m}, nil)
		}
		if sep == '.' && m >= 1 && m <= 12 && k-j == 3 && y >= 1989 && (k >= len(s) || !isDigit(rune(s[k])) && s[k] != '.' && !isLatin(rune(s[k]))) {
			if _, w := readCounter(s, k); w == 0 && runeAt(s, k) != '万' && runeAt(s, k) != '億' {
				return sc.date(i, k, Date{Year: y, Month: m}, nil)
			}
		}
		return 0
	}
	if sep != '/' || j-i > 2 { // 6/8 is a date only where its neighbours say so
		return 0
	}
	m, _ := smallNumber(s, i)
	d, k := smallNumber(s, j+1)
	if k == 0 || m < 1 || m > 12 || d < 1 || d > 31 || k < len(s) && (isDigit(rune(s[k])) || s[k] == '/') {
		return 0
	}
	_, _, close := weekday(s, k)
	c := skipSpaces(s, k)
	h, after := smallNumber(s, c)
	next := runeAt(s, k)
	if ds := sc.v.Dates; len(ds) > 0 && (runeBefore(s, i) == '~' || runeBefore(s, i) == ' ' || runeBefore(s, i) == 'ら') && connects(s, ds[len(ds)-1].Range.End, i) { // 2023/4/1~4/30
		return sc.date(i, k, Date{Month: m, Day: d}, nil)
	}
	if close > 0 || after > 0 && h < 30 && (runeAt(s, after) == ':' || runeAt(s, after) == '時') || next == '付' || prefixed(s, c, "午前", "午後", "~", "から", "より", "まで", "に", "頃", "時点") != "" {
		return sc.date(i, k, Date{Month: m, Day: d}, nil)
	}
	return 0
}

func spaceAfterDot(s string, sep int) int {
	if s[sep] == '.' && sep+1 < len(s) && s[sep+1] == ' ' {
		return sep + 2
	}
	return sep + 1
}
