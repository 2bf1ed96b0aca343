namespace K8sLb.Kubernetes;

/// <summary>One request, in a form that can be sent more than once.</summary>
/// <param name="Verb">The API's word for it, such as list or patch.</param>
/// <param name="Resource">The plural name, with the subresource.</param>
internal sealed record ApiRequest(string Verb, string Resource, HttpMethod Method, string PathAndQuery)
{
    public ReadOnlyMemory<byte>? Content { get; init; }
    public string ContentType { get; init; } = "application/json";

    /// <summary>Asked before it is sent, and again before its content is; null where nobody minds.</summary>
    public Func<bool>? MayBeSent { get; init; }

    /// <summary>For messages: without the query, which may be long.</summary>
    public override string ToString() => $"{Method} {PathAndQuery.Split('?')[0]}";
}
