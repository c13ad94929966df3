from django.apps import AppConfig


class PostsConfig(AppConfig):
    name = "anye.records.posts"
    label = "posts"
