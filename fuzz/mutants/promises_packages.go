package main

// What README and the packages ring and waiter promise.
var ofPackagesPromised = []promise{}
