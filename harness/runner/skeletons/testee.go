// A testee for pickleproof: puts a pickle library behind the line protocol.
//
//	go build -o testee testee.go
//	pickleproof check-testee -- ./testee
//	pickleproof run --baseline expect.txt -- ./testee
//
// It only says what is accepted and what is rejected. Next steps: report values
// (add caps=value), then dump. harness/PROTOCOL.md has the grammar.
package main

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
)

// load decodes one pickle with your library; an error means it rejects it.
// In its place: a pickle ends with STOP. Nearly every check will fail.
func load(data []byte) error {
	if len(data) == 0 || data[len(data)-1] != '.' {
		return errors.New("truncated")
	}
	return nil
}

// answer is the reply to [operation, key=value ..., data], without the id.
func answer(words []string) (reply string) {
	defer func() { // a library that panics still rejects
		if recover() != nil {
			reply = "err other"
		}
	}()
	if words[0] != "load" {
		return "na op" // what you do not do yet
	}
	// In between are keys. The runner sends none that caps= does not ask for.
	data, err := hex.DecodeString(words[len(words)-1][2:]) // behind "x:"
	if err != nil {
		return "na data"
	}
	if err := load(data); err != nil {
		return "err other"
	}
	return "ok ?" // accepted; "?": the value is not reported
}

func main() {
	in := bufio.NewReader(os.Stdin)
	for {
		line, err := in.ReadString('\n')
		words := strings.Fields(line)
		if len(words) > 0 && words[0] == "bye" {
			return
		}
		switch {
		case len(words) == 0:
		case words[0] == "hello":
			fmt.Println("hello pickleproof/1 name=mine version=1 lang=go ops=load")
		case len(words) == 1:
			fmt.Println(words[0], "na op")
		default:
			fmt.Println(words[0], answer(words[1:]))
		}
		if err != nil {
			return
		}
	}
}
