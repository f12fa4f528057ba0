package answers

import "golang.org/x/sys/windows"

func init() {
	underWine = windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() == nil
}
