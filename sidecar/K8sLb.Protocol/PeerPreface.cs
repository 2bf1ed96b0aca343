using System.Globalization;
using System.Text;

namespace K8sLb.Protocol;

/// <summary>
/// First line of a connection to a peer port: <c>K8SLB/1 &lt;port name&gt; &lt;credential&gt;\n</c>, then the client's bytes
/// as they came. A line, so that every protocol crosses the hop unchanged and no HTTP header is added or trusted.
/// The port answers with the line <see cref="Accepted"/> before anything else, so that the caller knows, before it gives
/// work away, that this member has taken it; a connection that is refused ends without an answer.
/// </summary>
public static class PeerPreface
{
    public const int MaxBytes = 256;
    private const string Magic = "K8SLB/1";

    /// <summary>The answer, with its newline.</summary>
    public static ReadOnlySpan<byte> Accepted => "K8SLB/1 ok\n"u8;

    /// <summary>Instead of it, before the connection ends: there is no place for work now. Any other answer refuses as well.</summary>
    public static ReadOnlySpan<byte> Full => "K8SLB/1 full\n"u8;

    public static byte[] Format(string portName, string credential) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Magic} {portName} {credential}\n"));

    /// <summary>Reads the line without its newline. False where it is not a preface.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out string portName, out string credential)
    {
        portName = credential = "";
        var parts = Encoding.ASCII.GetString(line).Split(' ');
        if (parts.Length != 3 || parts[0] != Magic || parts[1].Length == 0 || parts[2].Length == 0)
        {
            return false;
        }
        (portName, credential) = (parts[1], parts[2]);
        return true;
    }
}
