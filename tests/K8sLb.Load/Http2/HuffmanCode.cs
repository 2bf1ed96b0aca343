using System.Text;

namespace K8sLb.Load;

/// <summary>
/// HPACK's code for strings (RFC 7541 appendix B). It is canonical: codes of one length follow each other in the order of their
/// symbols, and the longer ones follow the shorter. So the lengths say it all.
/// </summary>
internal static class HuffmanCode
{
    private const int ShortestCode = 5;
    private const int LongestCode = 30;
    private const int EndOfString = 256;

    // csharpier-ignore-start
    private static readonly byte[] Lengths =
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ];
    // csharpier-ignore-end

    private static readonly Dictionary<(int Length, uint Code), int> Symbols = Assigned();

    /// <exception cref="FormatException">The bytes are no such code, or are padded with more than it takes.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        var (code, length) = (0u, 0);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            code = code << 1 | (uint)(bytes[bit / 8] >> (7 - bit % 8) & 1);
            length++;
            if (length >= ShortestCode && Symbols.TryGetValue((length, code), out var symbol))
            {
                text.Append(symbol == EndOfString ? throw new FormatException("an end within") : (char)symbol);
                (code, length) = (0, 0);
            }
            else if (length == LongestCode)
            {
                throw new FormatException("no such code");
            }
        }
        // What is left is the beginning of the end-of-string code, all ones, and less than a byte.
        return length < 8 && code == (1u << length) - 1 ? text.ToString() : throw new FormatException("bad padding");
    }

    private static Dictionary<(int, uint), int> Assigned()
    {
        var symbols = new Dictionary<(int, uint), int>();
        var (code, length) = (0u, ShortestCode);
        foreach (var symbol in Enumerable.Range(0, Lengths.Length).OrderBy(symbol => Lengths[symbol]))
        {
            code <<= Lengths[symbol] - length;
            length = Lengths[symbol];
            symbols.Add((length, code++), symbol);
        }
        return symbols;
    }
}
