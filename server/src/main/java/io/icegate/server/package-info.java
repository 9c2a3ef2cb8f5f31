/**
 * What the servers of IceGate share, whatever they serve. {@link io.icegate.server.StoreConfig} tells how to reach the store,
 * {@link io.icegate.server.MeteredObjectStore} counts the requests to it, {@link io.icegate.server.StoreHealth} remembers
 * whether it answers, {@link io.icegate.server.OperatorPages} answers health checks, Prometheus and programs, {@link io.icegate.server.ServerMain} is their command line, and {@link io.icegate.server.ServerStartException} says why a server
 * cannot start. The package knows no table and no protocol: it imports the object store, and no other package of ours.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.server;
