package main

import "sync"

// A Queue is a ring under a mutex.
type Queue[T any] struct {
	mu       sync.Mutex
	moved    *sync.Cond
	ring     []T
	first, n int
}

func NewQueue[T any](capacity int) *Queue[T] {
	q := &Queue[T]{ring: make([]T, capacity)}
	q.moved = sync.NewCond(&q.mu)
	return q
}

func (q *Queue[T]) Put(v T) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.n == len(q.ring) {
		q.moved.Wait()
	}
	q.ring[(q.first+q.n)%len(q.ring)] = v
	q.n++
	q.moved.Broadcast()
}

func (q *Queue[T]) Get() T {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.n == 0 {
		q.moved.Wait()
	}
	v := q.ring[q.first]
	q.first = (q.first + 1) % len(q.ring)
	q.n--
	q.moved.Broadcast()
	return v
}
