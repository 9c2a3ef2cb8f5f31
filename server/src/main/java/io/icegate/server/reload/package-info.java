/**
 * Files that may be replaced while a server runs: keys, certificates. {@link io.icegate.server.reload.ReloadedFiles} holds what was read from
 * them last, and {@link io.icegate.server.reload.FileReloads} looks at them again and again. A file that cannot be used never replaces
 * a good one. The package imports no other package of ours.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.server.reload;
