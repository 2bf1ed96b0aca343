using System.Text.Json;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

/// <summary>What a kube-apiserver wrote down of its requests, across its restarts: each once, in the order in which they came.</summary>
public sealed class AuditLog
{
    private const string Policy = """
        apiVersion: audit.k8s.io/v1
        kind: Policy
        rules: [{level: Metadata}]
        """;

    private readonly string path;

    internal AuditLog(RunDirectory run) => path = PathIn(run);

    /// <summary>The line of a request is in the file before its answer is sent.</summary>
    internal static IReadOnlyList<string> Arguments(RunDirectory run)
    {
        var policy = run.Combine("audit-policy.yaml");
        File.WriteAllText(policy, Policy);
        return [$"--audit-policy-file={policy}", $"--audit-log-path={PathIn(run)}", "--audit-log-mode=blocking"];
    }

    /// <param name="user">Only what this one asked.</param>
    public IReadOnlyList<AuditedRequest> Read(string? user = null)
    {
        if (!File.Exists(path))
        {
            return [];
        }
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var text = new StreamReader(file);
        // A request has a line for each of its stages; a watch has its first one only, until it ends.
        var requests = new OrderedDictionary<string, AuditedRequest>(StringComparer.Ordinal);
        // What follows the last end of a line is half written.
        foreach (var line in text.ReadToEnd().Split('\n')[..^1])
        {
            var request = AuditedRequest.Parse(line);
            requests[request.Id] = request;
        }
        return [.. requests.Values.Where(r => user is null || r.User == user)];
    }

    private static string PathIn(RunDirectory run) => run.Combine("audit.log");
}

/// <param name="Resource">The plural name, with the subresource; empty where the path is none of a resource.</param>
/// <param name="Name">Empty for lists, watches and most creations.</param>
/// <param name="Code">0 where there was no answer.</param>
public sealed record AuditedRequest(
    string Id,
    DateTimeOffset At,
    string User,
    string Verb,
    string Group,
    string Resource,
    string Namespace,
    string Name,
    int Code
)
{
    public bool IsWrite => Verb is not ("get" or "list" or "watch");

    public override string ToString() => $"{At:HH:mm:ss.fff} {Verb} {Group}/{Resource} {Namespace}/{Name}: {Code}";

    internal static AuditedRequest Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        var entry = json.RootElement;
        var subject = entry.TryGetProperty("objectRef", out var found) ? found : default;
        var subresource = Text(subject, "subresource");
        return new AuditedRequest(
            Text(entry, "auditID"),
            entry.GetProperty("requestReceivedTimestamp").GetDateTimeOffset(),
            Text(entry.GetProperty("user"), "username"),
            Text(entry, "verb"),
            Text(subject, "apiGroup"),
            Text(subject, "resource") + (subresource.Length > 0 ? $"/{subresource}" : ""),
            Text(subject, "namespace"),
            Text(subject, "name"),
            entry.TryGetProperty("responseStatus", out var status) && status.TryGetProperty("code", out var code)
                ? code.GetInt32()
                : 0
        );
    }

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            ? value.GetString() ?? ""
            : "";
}
