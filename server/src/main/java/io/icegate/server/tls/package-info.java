/**
 * What a server proves itself with, and which clients it trusts. {@link io.icegate.server.tls.TlsConfig} names PEM files,
 * {@link io.icegate.server.tls.TlsMaterial} is what they hold, and {@link io.icegate.server.tls.SelfSignedCertificate} makes a first pair of them.
 * Sockets are the matter of the server that uses this. The package imports {@code io.icegate.server.reload}, because certificates are replaced
 * while servers run.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.server.tls;
