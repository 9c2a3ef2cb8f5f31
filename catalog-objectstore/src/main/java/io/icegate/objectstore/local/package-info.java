/**
 * The store on a local folder. {@link io.icegate.objectstore.local.LocalObjectStore} makes put-if-absent from {@code link(2)}
 * and lists files in key order. It is safe for many processes on one machine. This package imports the port and the JDK.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.objectstore.local;
