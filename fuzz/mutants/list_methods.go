package main

// Bugs that break what the documentation of the methods and functions promises.
var ofMethods = []mutant{}
