namespace K8sLb.Sidecar.Relay.Framing.Http1;

/// <summary>The chunked transfer coding (RFC 9112 section 7.1).</summary>
internal struct ChunkedFraming
{
    private enum Part : byte
    {
        Size,
        Data,
        DataEnd,
        Trailers,
        Complete,
    }

    private Part part;
    private int extensions;
    private HeadBoundary trailers;

    public readonly bool IsComplete => part == Part.Complete;

    /// <summary>Bytes of the present chunk's data still to come.</summary>
    public long DataRemaining { get; private set; }

    public int Advance(ReadOnlySpan<byte> input, out FramingError error)
    {
        var consumed = 0;
        error = FramingError.None;
        while (part != Part.Complete && error == FramingError.None)
        {
            var rest = input[consumed..];
            var taken = part switch
            {
                Part.Size => Size(rest, out error),
                Part.Data => Data(rest),
                Part.DataEnd => DataEnd(rest, out error),
                _ => Trailers(rest, out error),
            };
            if (taken == 0)
            {
                break;
            }
            consumed += taken;
        }
        return consumed;
    }

    public void Skip(long count)
    {
        DataRemaining -= count;
        part = DataRemaining == 0 ? Part.DataEnd : Part.Data;
    }

    private int Size(ReadOnlySpan<byte> input, out FramingError error)
    {
        var line = input[..Math.Min(input.Length, Http1Limits.MaxChunkLine)];
        var end = line.IndexOfAny((byte)'\r', (byte)'\n');
        if (end < 0 || (line[end] == '\r' && end + 1 == line.Length))
        {
            error =
                line.Length == Http1Limits.MaxChunkLine ? FramingError.TooLarge
                : line.ContainsAny(Http1Syntax.Forbidden) ? FramingError.ControlByte
                : FramingError.None;
            return 0;
        }
        error =
            line[end] == '\n' ? FramingError.BareLf
            : line[end + 1] != '\n' ? FramingError.BareCr
            : ParseSize(line[..end]);
        if (error != FramingError.None)
        {
            return 0;
        }
        part = DataRemaining == 0 ? Part.Trailers : Part.Data;
        return end + 2;
    }

    /// <summary>
    /// 1*HEXDIG, then nothing or extensions. White space before the semicolon is grammatical but never sent by anyone
    /// honest, and parsers differ in what they make of it.
    /// </summary>
    private FramingError ParseSize(ReadOnlySpan<byte> line)
    {
        var digits = line.IndexOf((byte)';');
        if (digits >= 0)
        {
            extensions += line.Length - digits;
            if (line[digits..].ContainsAny(Http1Syntax.Forbidden))
            {
                return FramingError.ControlByte;
            }
        }
        var size = digits < 0 ? line : line[..digits];
        if (size.Length is 0 or > 15)
        {
            return FramingError.BadChunkSize;
        }
        long value = 0;
        foreach (var digit in size)
        {
            if (!char.IsAsciiHexDigit((char)digit))
            {
                return FramingError.BadChunkSize;
            }
            value = value << 4 | (uint)((digit & 0xf) + (digit >> 6) * 9);
        }
        DataRemaining = value;
        return extensions > Http1Limits.MaxChunkExtensions ? FramingError.TooLarge : FramingError.None;
    }

    private int Data(ReadOnlySpan<byte> input)
    {
        var taken = (int)Math.Min(input.Length, DataRemaining);
        Skip(taken);
        return taken;
    }

    private int DataEnd(ReadOnlySpan<byte> input, out FramingError error)
    {
        error =
            input.Length > 0 && input[0] != '\r' || input.Length > 1 && input[1] != '\n'
                ? FramingError.BadChunkEnd
                : FramingError.None;
        if (input.Length < 2 || error != FramingError.None)
        {
            return 0;
        }
        part = Part.Size;
        return 2;
    }

    private int Trailers(ReadOnlySpan<byte> input, out FramingError error)
    {
        error = FramingError.None;
        if (input.Length < 2)
        {
            return 0;
        }
        if (input[0] == '\r' && input[1] == '\n')
        {
            part = Part.Complete;
            return 2;
        }
        if (!trailers.TryFind(input, Http1Limits.MaxTrailers, out var length, out error))
        {
            return 0;
        }
        error = TrailerFields.Check(input[..length]);
        if (error != FramingError.None)
        {
            return 0;
        }
        part = Part.Complete;
        return length;
    }
}
