package flight

import "time"

// The limits that tests reach.
const (
	TicketsEach = ticketsEach
	TicketLife  = ticketLife
)

// SetPatience changes how long a result waits for its reader.
func (s *Server) SetPatience(d time.Duration) { s.inner.patience = d }

// HandleOf returns the handle in a ticket.
func HandleOf(raw []byte) string { return handleOf(raw) }
