namespace K8sLb.Load;

/// <summary>
/// Reads <c>:status</c>, which is always the first field of a response (RFC 9113 section 8.3), and nothing else of a header
/// block. That is sound because the client allows no dynamic table (SETTINGS_HEADER_TABLE_SIZE 0): no field then depends
/// on an earlier one.
/// </summary>
internal static class HpackStatus
{
    private const int StatusName = 8;
    private static readonly int[] StaticStatuses = [200, 204, 206, 304, 400, 404, 500];

    /// <exception cref="RequestFailedException">The first field is no status.</exception>
    public static int Read(ReadOnlySpan<byte> block)
    {
        // A table size update may come first (RFC 7541 section 6.3): 001 and five bits that say 0.
        while (block.Length > 0 && block[0] == 0x20)
        {
            block = block[1..];
        }
        if (block.Length >= 1 && (block[0] & 0x80) != 0 && (block[0] & 0x7f) - StatusName is >= 0 and < 7 and var known)
        {
            return StaticStatuses[known];
        }
        if (block.Length >= 3 && LiteralName(block[0]) is >= StatusName and < StatusName + 7)
        {
            var length = block[1] & 0x7f;
            if (block.Length >= 2 + length && Digits(block.Slice(2, length), (block[1] & 0x80) != 0) is { } status)
            {
                return status;
            }
        }
        throw new RequestFailedException(FailureKind.Protocol, $"no :status in {Convert.ToHexString(block)}");
    }

    /// <summary>Index of the name in the static table, for the three forms of literal fields; 0 where it is a literal too.</summary>
    private static int LiteralName(byte first) => (first & 0x40) != 0 ? first & 0x3f : first & 0x0f;

    private static int? Digits(ReadOnlySpan<byte> value, bool huffman)
    {
        var status = 0;
        for (int bit = 0, digit = 0; digit < 3; digit++)
        {
            var code =
                huffman ? HuffmanDigit(value, ref bit)
                : digit < value.Length ? value[digit] - '0'
                : -1;
            if (code is < 0 or > 9)
            {
                return null;
            }
            status = status * 10 + code;
        }
        return status;
    }

    /// <summary>RFC 7541 appendix B has 0, 1, 2 in five bits (0 to 2) and 3 to 9 in six bits (0x19 to 0x1f).</summary>
    private static int HuffmanDigit(ReadOnlySpan<byte> value, ref int bit)
    {
        var code = 0;
        for (var size = 1; size <= 6 && bit < value.Length * 8; size++, bit++)
        {
            if (size == 6 && code <= 2)
            {
                return code;
            }
            code = code << 1 | value[bit / 8] >> (7 - bit % 8) & 1;
        }
        return code switch
        {
            <= 2 => code,
            >= 0x19 and <= 0x1f => code - 0x19 + 3,
            _ => -1,
        };
    }
}
