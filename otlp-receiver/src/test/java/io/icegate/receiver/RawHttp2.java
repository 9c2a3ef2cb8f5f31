package io.icegate.receiver;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Speaks just enough HTTP/2, with prior knowledge and frame by frame, to do what clients do not let a test do.
 */
public final class RawHttp2
        implements Closeable
{
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int SETTINGS = 4;
    public static final int PING = 6;
    public static final int GO_AWAY = 7;

    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int TIMEOUT_MILLIS = 60_000;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    /**
     * One frame as received.
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Frame(int type, int flags, int stream, byte[] payload)
    {
        /**
         * Text of a last frame about the whole connection.
         */
        public String goAwayReason()
        {
            return new String(payload, 8, payload.length - 8, US_ASCII);
        }

        /**
         * True for headers that begin with status 200, which has a number of its own in HPACK.
         */
        public boolean isStatus200()
        {
            int start = 0;
            if ((payload[0] & 0xE0) == 0x20) {
                // a change of the table's size comes first
                start = 1;
                if ((payload[0] & 0x1F) == 0x1F) {
                    while (payload[start] < 0) {
                        start++;
                    }
                    start++;
                }
            }
            return type == HEADERS && payload[start] == (byte) 0x88;
        }
    }

    public RawHttp2(int port)
            throws IOException
    {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
        write(SETTINGS, 0, 0, new byte[0]);
    }

    public void ping(long content)
            throws IOException
    {
        write(PING, 0, 0, ByteBuffer.allocate(Long.BYTES).putLong(content).array());
    }

    /**
     * @param stream odd, and higher than that of the last request
     * @param headers of at most 126 characters each, those with a colon first
     */
    public void request(int stream, Map<String, String> headers, byte[] body)
            throws IOException
    {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        headers.forEach((name, value) -> {
            block.write(0); // literal, not indexed
            literal(block, name);
            literal(block, value);
        });
        write(HEADERS, END_HEADERS, stream, block.toByteArray());
        write(DATA, END_STREAM, stream, body);
    }

    private static void literal(ByteArrayOutputStream block, String text)
    {
        if (text.length() > 126) {
            throw new IllegalArgumentException("Cannot send '%s': longer than 126 characters".formatted(text));
        }
        block.write(text.length());
        block.writeBytes(text.getBytes(US_ASCII));
    }

    /**
     * The next frame of that type, or the last one about the connection if that comes first; settings are acknowledged on the
     * way.
     */
    public Frame await(int type)
            throws IOException
    {
        while (true) {
            Frame frame = read();
            if (frame.type() == SETTINGS && frame.flags() == 0) {
                write(SETTINGS, ACK, 0, new byte[0]);
            }
            if (frame.type() == type || frame.type() == GO_AWAY) {
                return frame;
            }
        }
    }

    private Frame read()
            throws IOException
    {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt() & Integer.MAX_VALUE;
        byte[] payload = new byte[length];
        in.readFully(payload);
        return new Frame(type, flags, stream, payload);
    }

    private void write(int type, int flags, int stream, byte[] payload)
            throws IOException
    {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >>> 16)).putShort((short) payload.length).put((byte) type).put((byte) flags).putInt(stream).put(payload);
        out.write(frame.array());
        out.flush();
    }

    @Override
    public void close()
            throws IOException
    {
        socket.close();
    }
}
