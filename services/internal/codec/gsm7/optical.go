package gsm7

// lookAlike is a character and the one of the GSM alphabet that stands in for it.
type lookAlike struct {
	from []rune
	to   rune
}

// lookAlikes are the optical replacements (smstools cs_convert_optical, spec
// §1.4). They come before the alphabet itself, so that ç becomes Ç.
var lookAlikes = [...]lookAlike{
	{[]rune("\u00A0\u0080\t"), ' '},
	{[]rune("`"), '\''},
	{[]rune("¢"), 'c'},
	{[]rune("Š"), 'S'},
	{[]rune("š"), 's'},
	{[]rune("©"), 'C'},
	{[]rune("ª"), 'a'},
	{[]rune("«"), '<'},
	{[]rune("¬\u00AD¯"), '-'},
	{[]rune("®"), 'R'},
	{[]rune("°º"), 'o'},
	{[]rune("±"), '+'},
	{[]rune("²"), '2'},
	{[]rune("³"), '3'},
	{[]rune("¹"), '1'},
	{[]rune("Ž"), 'Z'},
	{[]rune("ž"), 'z'},
	{[]rune("µ"), 'u'},
	{[]rune("¶"), 'I'},
	{[]rune("·"), '.'},
	{[]rune("»"), '>'},
	{[]rune("Œ"), 'O'},
	{[]rune("œ"), 'o'},
	{[]rune("Ÿ"), 'Y'},
	{[]rune("ÀÁÂÃ"), 'A'},
	{[]rune("Çç"), 'Ç'},
	{[]rune("ÈÊË"), 'E'},
	{[]rune("ÌÍÎÏ"), 'I'},
	{[]rune("Ð"), 'D'},
	{[]rune("ÒÓÔÕ"), 'O'},
	{[]rune("×"), 'x'},
	{[]rune("ÙÚÛ"), 'U'},
	{[]rune("Ý"), 'Y'},
	{[]rune("Þþ"), 'b'},
	{[]rune("áâã"), 'a'},
	{[]rune("êë"), 'e'},
	{[]rune("íîï"), 'i'},
	{[]rune("ðóôõ"), 'o'},
	{[]rune("÷"), '/'},
	{[]rune("úû"), 'u'},
	{[]rune("ýÿ"), 'y'},
}
