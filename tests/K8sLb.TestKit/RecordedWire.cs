using System.Text.Json.Nodes;

namespace K8sLb.TestKit;

/// <summary>
/// Lines of control streams as earlier versions wrote them, <c>tests/wire/VERSION/sidecar.jsonl</c> and <c>operator.jsonl</c>, in the order in which they were said.
/// Never written anew: they stand for processes that still run somewhere.
/// </summary>
public sealed class RecordedWire
{
    /// <summary>The version in whose name a test run writes what is said in it; see CONTRIBUTING.md.</summary>
    public const string RecordAs = "K8SLB_RECORD_WIRE";

    public const string Sidecar = "sidecar";

    public const string Operator = "operator";

    private static readonly string Folder = Path.Combine(FindRoot(), "tests", "wire");
    private readonly string[] lines;

    private RecordedWire(string[] lines) => this.lines = lines;

    /// <summary>Oldest first.</summary>
    public static IReadOnlyList<string> Versions =>
        [.. Directory.GetDirectories(Folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    public static RecordedWire Read(string version, string end) => new(File.ReadAllLines(PathOf(version, end)));

    /// <summary>Writes a conversation where this run is asked to record.</summary>
    public static void Keep(string end, IEnumerable<string> said)
    {
        if (Environment.GetEnvironmentVariable(RecordAs) is { Length: > 0 } version)
        {
            var path = PathOf(version, end);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, string.Concat(said.Select(line => line + "\n")));
        }
    }

    /// <summary>The lines of one kind, to be filled in with what only the run knows: addresses, nonces.</summary>
    public IReadOnlyList<JsonNode> All(string kind) =>
        [.. lines.Select(line => JsonNode.Parse(line)!).Where(line => line[kind] is not null)];

    public JsonNode First(string kind) => All(kind)[0];

    public JsonNode Last(string kind) => All(kind)[^1];

    private static string PathOf(string version, string end) => Path.Combine(Folder, version, $"{end}.jsonl");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "K8sLb.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("K8sLb.sln is above no folder of the tests");
        }
        return folder.FullName;
    }
}
