// Package channels has no code but examples, of programs on channels and of the same
// programs on ports. README.md beside this file explains them.
package channels
