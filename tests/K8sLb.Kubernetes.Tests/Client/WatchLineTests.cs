using System.Buffers;
using System.Text;
using System.Text.Json;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes.Tests.Client;

public sealed class WatchLineTests
{
    private static readonly EntityType<V1Pod> Pods = EntityTypes.BuiltIn.Get<V1Pod>();

    [Theory]
    [InlineData("ADDED", WatchEventType.Added)]
    [InlineData("MODIFIED", WatchEventType.Modified)]
    [InlineData("DELETED", WatchEventType.Deleted)]
    public void A_change_holds_its_object(string type, WatchEventType expected)
    {
        var change = Parse(
            $$"""{"type":"{{type}}","object":{"metadata":{"name":"a","resourceVersion":"7"},"spec":{"unknown":[1] } } }"""
        );

        change.Type.ShouldBe(expected);
        change.ResourceVersion.ShouldBe("7");
        change.Entity.ShouldNotBeNull().Name().ShouldBe("a");
    }

    [Fact]
    public void The_order_of_the_fields_and_further_fields_do_not_matter() =>
        Parse("""{"x":{"type":"DELETED"},"object":{"metadata":{"resourceVersion":"7"}},"y":[],"type":"ADDED"}""")
            .Type.ShouldBe(WatchEventType.Added);

    [Fact]
    public void A_bookmark_has_a_version_and_no_object()
    {
        // As a server sends it: with the fields of the type, but empty.
        var mark = Parse(
            """{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"9","creationTimestamp":null},"spec":{"containers":null}}}"""
        );

        mark.ShouldBe(new WatchEvent<V1Pod>(WatchEventType.Bookmark, null, "9"));
    }

    [Fact]
    public void An_object_whose_fields_cannot_be_read_is_named()
    {
        var change = Parse(
            """{"type":"DELETED","object":{"metadata":{"name":"a","namespace":"ns","resourceVersion":"7"},"spec":{"nodeName":7}}}"""
        );

        change.Type.ShouldBe(WatchEventType.Deleted);
        change.ResourceVersion.ShouldBe("7");
        change.Entity.ShouldBeNull();
        change.Unreadable.ShouldNotBeNull().Key.ShouldBe(new ObjectKey("ns", "a"));
        change.Unreadable.Problem.ShouldContain("$.spec.nodeName");
    }

    [Fact]
    public void An_error_of_the_server_is_thrown()
    {
        var error = Should.Throw<KubernetesException>(() =>
            Parse(
                """{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version: 1 (2)"}}"""
            )
        );

        error.IsExpired.ShouldBeTrue();
        error.Message.ShouldBe("GET /pods: 410 Expired: too old resource version: 1 (2)");
    }

    [Theory]
    [InlineData("""{"type":"ADDED"}""")]
    [InlineData("""{"type":"NEWS","object":{"metadata":{"resourceVersion":"7"}}}""")]
    [InlineData("""{"object":{"metadata":{"resourceVersion":"7"}}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a"}}}""")]
    [InlineData("""{"type":"ADDED","object":null}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"resource""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a","labels":7,"resourceVersion":"7"}}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"resourceVersion":"7"},"spec":7}}""")]
    [InlineData("upstream connect error")]
    [InlineData("")]
    public void What_is_no_event_cannot_be_read(string line) => Should.Throw<JsonException>(() => Parse(line));

    private static WatchEvent<V1Pod> Parse(string line) =>
        WatchLine.Parse(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(line)), Pods, "GET /pods");
}
