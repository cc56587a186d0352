package atline

import (
	"fmt"
	"testing"
)

func TestRange(t *testing.T) {
	for list, want := range map[string]string{
		"0-2": "[0 1 2]", "0,2": "[0 2]", "1-3,5": "[1 2 3 5]", "": "[]", "x,-1,4": "[4]", "3-1": "[]", "0-99999999": "[0 1 2 3 4 5 6 7]",
		"1 , 2": "[1 2]", "0-3,0-3,0-3,0-3": "[0 1 2 3 0 1 2 3]",
	} {
		if got := fmt.Sprint(Range(list, 7)); got != want {
			t.Errorf("%q: %s, want %s", list, got, want)
		}
	}
}

func TestParseCMGDTest(t *testing.T) {
	for line, want := range map[string]string{
		"+CMGD: (1,3-5),(0-4)": "[1 3 4 5] true", "+CMGD: (),(0-4)": "[] true", "+CMGD: (2)": "[2] true", "+CMGR: (2)": "[] false",
	} {
		slots, ok := ParseCMGDTest(line, 100)
		if got := fmt.Sprint(slots, ok); got != want {
			t.Errorf("%q: %s, want %s", line, got, want)
		}
	}
}
