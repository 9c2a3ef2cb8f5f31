@org.jspecify.annotations.NullMarked
package io.icegate.receiver.decode;
